import { useEffect, useRef, useState } from 'react'
import { wantsStillness } from '../../shared/danmaku'
import { createScene, type Scene, type SceneOptions } from '../../shared/danmakuScene'
import { createStage, type Stage } from '../../shared/danmakuStage'
import type { Theatre } from '../../shared/danmakuTheatre'
import { words } from '../../shared/words/danmaku'

interface DanmakuScreenProps {
  readonly theatre: Theatre
  readonly paused: boolean
  readonly look: Partial<SceneOptions>
}

/** The film, and the comments over it. */
export function DanmakuScreen({ theatre, paused, look }: DanmakuScreenProps) {
  const film = useRef<HTMLCanvasElement>(null)
  const air = useRef<HTMLCanvasElement>(null)
  const [shown, setShown] = useState<{ readonly stage: Stage; readonly scene: Scene }>()

  useEffect(() => {
    if (!film.current || !air.current) return
    const stage = createStage(film.current, wantsStillness())
    const scene = createScene(air.current)
    theatre.seat(scene)
    setShown({ stage, scene })
    return () => {
      theatre.seat(undefined)
      stage.dispose()
      scene.dispose()
    }
  }, [theatre])
  useEffect(() => {
    shown?.stage.pause(paused)
    shown?.scene.pause(paused)
  }, [shown, paused])
  useEffect(() => shown?.scene.set(look), [shown, look])

  return (
    <div className="screen" role="img" aria-label={words.film}>
      <canvas ref={film} />
      <canvas ref={air} className="air" />
    </div>
  )
}
