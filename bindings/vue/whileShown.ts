import { getCurrentInstance, getCurrentScope, onActivated, onDeactivated, onMounted } from 'vue'

/**
 * Keeps a watcher while the component is shown: not on a server, not while `KeepAlive` has put it away. Outside of a
 * component, from now until the scope ends.
 */
export function whileShown(watchIt: () => () => void): void {
  const scope = getCurrentScope()
  let stop: (() => void) | undefined
  const enter = (): void => {
    // A hook belongs to its component; what is begun in it belongs to the scope that asked, and ends with that.
    stop ??= scope ? scope.run(watchIt) : watchIt()
  }
  const leave = (): void => {
    stop = stop?.() as undefined
  }
  const component = getCurrentInstance() as { readonly scope?: unknown } | null
  // A server runs setup but never mounts.
  if (component) onMounted(enter)
  else enter()
  // A scope of its own, such as a store's, is not put away with the component that happened to ask first.
  if (component && component.scope === scope) {
    onActivated(enter)
    onDeactivated(leave)
  }
}
