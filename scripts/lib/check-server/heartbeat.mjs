const PROMISED_MS = 15_000
/** Sooner than this it is always checked; later only where there is time for it. */
const QUICK_MS = 2_000
/** What a timer and the way may take. */
const GRACE = 1.3

/** Waits as long as a sign of life may take, and some more. */
export async function checkHeartbeat(line, { slow }, report) {
  const announced = line.controls('welcome')[0]?.heartbeatMs
  const everyMs = typeof announced === 'number' && announced > 0 ? announced : PROMISED_MS
  if (everyMs > QUICK_MS && !slow) return report.skip('heartbeat', 'it takes too long; give --slow')
  const limitMs = everyMs * GRACE + 200
  // Two pauses, so that whatever was said at the start is no excuse.
  await line.until(() => line.longestMs() > limitMs, limitMs * 2)
  const gone = line.closed() && line.controls('end').length === 0 ? line.closed() : undefined
  const silent = line.longestMs() > limitMs ? `nothing came for ${Math.round(line.longestMs())} ms` : undefined
  report.judge('heartbeat', gone ?? silent)
}
