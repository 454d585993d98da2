/**
 * What is checked: the section of PROTOCOL.md that says so, in its words, and how to mend what is wrong. `must` decides
 * over the exit code; `should` is told as advice.
 */
const must = (what, section, says, mend) => ({ what, level: 'must', section, says, mend })
const should = (what, section, says, mend) => ({ what, level: 'should', section, says, mend })

export const rules = {
  // Lines, whatever they go over.
  opens: must(
    'the line opens',
    3,
    'the server must answer with',
    'Serve the address with 200 (WebSocket: accept the upgrade). Where it wants credentials, give --header "authorization: …".',
  ),
  envelope: must(
    'every frame, body and control is an envelope',
    2,
    'An envelope is one item or a JSON array of items. An item with a field `t` is a control; any other is a message.',
    'Write {"id":"…","data":…} or {"t":"…"}, or an array of them, and nothing else; each message needs its data.',
  ),
  greeting: must(
    'the first word of a line is a welcome',
    2,
    'first item of a line.',
    'Write {"t":"welcome","resumed":true,"heartbeatMs":15000} before any message.',
  ),
  ids: must(
    'every message has an id',
    1,
    'Every message that shall survive a drop must have an id.',
    'Give each message an "id" (on an event stream the line "id: …") that is never used again.',
  ),
  unique: must(
    'no two messages have the same id',
    1,
    'Names this message for ever; never reused for another one.',
    'Count one counter for the whole list of messages, and put something of the start of the server before it.',
  ),
  prev: must(
    'prev names the message before',
    1,
    '`prev` must name the message that this client should have had before',
    'Set prev to the id of the message that went before on this list, or leave it out.',
  ),
  'resume-header': must(
    'a cursor in Last-Event-ID gets exactly what follows',
    1,
    'the server must answer with every message behind it, in order.',
    'Read the header Last-Event-ID, look the id up in the list, and begin with the message behind it.',
  ),
  'resume-query': must(
    'a cursor in last_event_id gets exactly what follows',
    3,
    'or as the query parameter `last_event_id`',
    'Where there is no Last-Event-ID, read last_event_id from the query: pages of other origins send only that.',
  ),
  'resume-hello': must(
    'a cursor in hello gets exactly what follows',
    3,
    'the server must answer with `welcome` and then whatever is behind the cursor.',
    'Read "cursor" from the hello, look the id up in the list, and begin with the message behind it.',
  ),
  'unknown-cursor': must(
    'an unknown cursor is told',
    1,
    'A server that no longer has what comes after the cursor must say so',
    'Say {"t":"welcome","resumed":false} before the first message, or {"t":"reset"}, or answer 410.',
  ),
  heartbeat: must(
    'signs of life come in time',
    4,
    'A server must send a sign of life at least every 15 s',
    'Write a comment (":" and an empty line) or {"t":"ping"} every 15 s, also while messages are rare.',
  ),
  'bad-input': must(
    'bad input is no 5xx',
    8,
    'A cursor, a `wait` or a method that makes no sense must not be answered with a 5xx',
    'Catch what parsing throws, and answer 400 or 405, or take the value for none.',
  ),
  locked: must(
    'without credentials nobody gets in',
    7,
    '401 means: these are not (any longer) good.',
    'Answer 401 (WebSocket: close with 4401 after the hello) where credentials are missing.',
  ),
  'no-store': should(
    'nobody keeps the answer',
    3,
    'should say `cache-control: no-store`',
    'Set the header cache-control: no-store.',
  ),
  cors: should(
    'pages of other origins can read the answer',
    8,
    'A page of another origin reads an answer only if it has `access-control-allow-origin`',
    'List Retry-After in access-control-expose-headers, and answer OPTIONS with the methods and headers that are allowed.',
  ),

  // Server-Sent Events.
  'content-type': must(
    'the answer is an event stream',
    3,
    'The answer must be of the type `text/event-stream`',
    'Set content-type: text/event-stream where Accept asks for it.',
  ),
  'first-byte': must(
    'the first byte comes at once',
    3,
    'The first byte must come within 4 s of the headers',
    'Write the welcome or a comment (":") straight behind the headers, and flush it.',
  ),
  'x-accel-buffering': should(
    'proxies are told not to hold the stream back',
    3,
    'should say `cache-control: no-store` and `x-accel-buffering: no`',
    'Set the header x-accel-buffering: no.',
  ),

  // Polls.
  'wait-none': must(
    'wait=0 is answered at once',
    3,
    'The first question of a client says `wait=0` and must be answered at once.',
    'Hold an answer back only where wait is more than 0.',
  ),
  held: must(
    'a long poll is held while there is nothing to say',
    3,
    'Every other one must be held back while there is nothing to say',
    'Wait for a message for as many seconds as wait says before an empty answer; or name the transport polling().',
  ),
  'held-too-long': must(
    'a long poll is not held for longer than it asks',
    3,
    'A server may hold an answer for less time than it is asked to, but not for more.',
    'Answer with an empty array when the seconds of wait are over; it may be a fraction.',
  ),
  etag: must(
    '304 is said only where nothing is new',
    3,
    'it must not be said where something stands behind the cursor',
    'Make the ETag of the answer and its cursor, or leave it out.',
  ),
  'etag-unused': should(
    'an ETag that comes back saves the body',
    3,
    'An `ETag` comes back as `If-None-Match`, and 304 says that the answer would be the same for this cursor',
    'Answer 304 without a body where If-None-Match is the ETag of the answer.',
  ),

  // WebSocket.
  pong: must(
    'a ping is answered with pong',
    2,
    'must be answered with `pong`.',
    'Answer the text frame {"t":"ping"} with {"t":"pong"}; the ping of the WebSocket protocol is another thing.',
  ),
  'unknown-controls': must(
    'unknown controls and fields are passed over',
    2,
    'Controls and fields that are not known must be passed over, on both sides.',
    'Look at the fields you know, and do nothing at all about a control that you do not.',
  ),
  list: must(
    'an array in a frame is understood',
    2,
    'An envelope is one item or a JSON array of items.',
    'Take each frame as a list: [value].flat().',
  ),
  'bad-frame': must(
    'a frame that is no envelope does no harm',
    3,
    'A frame that is no envelope is best answered with close code 4400.',
    'Catch what parsing throws, and close that one socket with 4400, not with 1011 and not without a word.',
  ),

  // Sending.
  ack: must(
    'a message is acknowledged',
    6,
    'So the server must take each id once, and acknowledge it each time it comes.',
    'Answer {"t":"ack","id":"…"} with the id as it came (over HTTP any 2xx) once the message is safe.',
  ),
  'ack-again': must(
    'a second copy is acknowledged like the first',
    6,
    'A second copy must be acknowledged like the first, whatever it holds.',
    'Remember the ids you took, and answer a known one with ack (over HTTP the same 2xx), not with an error.',
  ),
  once: must(
    'a message that comes twice is taken once',
    6,
    'So the server must take each id once',
    'Keep a set of the ids you took (over HTTP: Idempotency-Key), and do nothing for one that is in it.',
  ),
  nack: must(
    'a message that can never be taken is refused',
    6,
    'must be answered with `nack` or a 4xx, never with a 5xx',
    'Check the message first, and answer {"t":"nack","id":"…","reason":"…"} (over HTTP 400 or 413).',
  ),
  'post-redirect': must(
    'a POST is not redirected into a GET',
    8,
    'A POST must not be redirected with 301, 302 or 303',
    'Answer 401 to who is not signed in; where the address has moved, say 307 or 308.',
  ),

  // Chat runs.
  'chat-begins': must(
    'POST (or run) begins an answer',
    5,
    'The client makes its id; the server makes the answer once',
    'Take chat and run from the query (or the frame), begin the answer, and serve it. The body to send is --data.',
  ),
  'chat-ids': must(
    'the messages of a run are 1, 2, 3 …',
    5,
    'Each message of a run has the ids `1`, `2`, `3` … .',
    'Number the pieces of each answer from 1.',
  ),
  'chat-end': must(
    'a run ends with the control end',
    5,
    'The end is explicit: after the last message comes the control `end`.',
    'Write event: holdline with {"t":"end","reason":"complete"} behind the last message (elsewhere the bare control).',
  ),
  'chat-once': must(
    'a run that is known is not begun again',
    5,
    'A server that gets one for a run it knows must not begin again',
    'Look the run up by chat and run before you ask the model; if it is there, answer as to a GET.',
  ),
  'chat-resume': must(
    'a run is gone on with behind the cursor',
    5,
    'answered with `end` alone',
    'Keep the pieces of a run, and answer a GET (or resume) with those behind the cursor and the end.',
  ),
  'chat-dropped': must(
    'a dropped line does not stop the answer',
    5,
    'The run goes on when its reader leaves.',
    'Do not tie the model to the request: go on when it is closed, and stop only for DELETE (or stop).',
  ),
  'chat-unknown': must(
    'an unknown run is told',
    5,
    'An unknown run is answered with 404',
    'Answer a GET for a run that is not there with 404 (WebSocket: close with 4404).',
  ),
  'chat-stop': must(
    'DELETE (or stop) stops a run',
    5,
    'appends `end` with reason `stopped`, and answers 204, also when the run is over already.',
    'Stop the model, end the log of the run with "stopped", and answer 204 (WebSocket: the end, and close with 1000).',
  ),
  'chat-bad-body': must(
    'a question that makes no sense is refused',
    6,
    'must be answered with `nack` or a 4xx, never with a 5xx',
    'Check the body of the POST before anything is begun, and answer 400; or end the run with the reason error.',
  ),
}
