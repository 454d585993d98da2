/** Every colour can be set from outside; by themselves they follow the page's `color-scheme`. */
export const STYLE = `
:host {
  --_ground: var(--inspector-ground, light-dark(#fff, #16191d));
  --_text: var(--inspector-text, light-dark(#1c2126, #e7e9ec));
  --_muted: var(--inspector-muted, light-dark(#59626c, #9ba6b2));
  --_rule: var(--inspector-rule, light-dark(#dfdcd4, #333b44));
  --_good: var(--inspector-good, light-dark(#0c6b66, #63d2c6));
  --_warn: var(--inspector-warn, light-dark(#8f5400, #f3b95f));
  --_bad: var(--inspector-bad, light-dark(#ab2419, #ff9287));
  display: block;
  min-width: 0;
  background: var(--_ground);
  color: var(--_text);
  font: 13px/1.45 var(--inspector-font, system-ui, sans-serif);
}
:host([hidden]) { display: none }
* { box-sizing: border-box }
.panel { display: grid; gap: 10px; padding: 12px }
.panel > *, dl, p, ol { margin: 0; min-width: 0 }
[hidden] { display: none }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px }
.bar input[type=search] { flex: 1; min-width: 6em }
label { color: var(--_muted) }
button, select, input { font: inherit; color: inherit; background: none; border: 1px solid var(--_rule); border-radius: 6px;
  min-height: 28px; padding: 0 8px }
select option { background: var(--_ground) }
button { cursor: pointer }
button:hover:enabled { border-color: var(--_muted) }
button:disabled { opacity: .5; cursor: default }
button[aria-pressed=true] { border-color: var(--_warn); color: var(--_warn) }
:focus-visible { outline: 2px solid var(--_good); outline-offset: 1px }
output { min-width: 4.5em; text-align: center; font-variant-numeric: tabular-nums }
.now { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; overflow-wrap: anywhere }
.now strong { margin-right: 8px }
.why, .wait, .empty, dt, time, .note { color: var(--_muted) }
.wait { font-variant-numeric: tabular-nums }
.dot { width: 9px; height: 9px; border-radius: 50%; background: var(--_muted) }
[data-status=open] .dot { background: var(--_good) }
[data-status=connecting] .dot, [data-status=waiting] .dot, [data-status=paused] .dot { background: var(--_warn) }
[data-status=failed] .dot { background: var(--_bad) }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); gap: 4px 12px }
dt { font-size: 11px }
dd { margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums }
svg { display: block; width: 100%; margin-top: 6px; border: 1px solid var(--_rule); border-radius: 6px }
svg text { font: 10px ui-monospace, monospace; fill: var(--_muted) }
.axis path { stroke: var(--_rule) }
.bar rect { fill: var(--_muted) }
[data-fate=live] rect, [data-fate=done] rect { fill: var(--_good) }
[data-fate=bad] rect { fill: var(--_bad) }
[data-fate=dialling] rect { fill: var(--_warn) }
rect.dial { fill: var(--_warn); opacity: .8 }
text.code { fill: var(--_ground) }
path.message { stroke: var(--_good) }
path.life { stroke: var(--_muted) }
path.loss { stroke: var(--_bad); stroke-dasharray: 3 2 }
ol { padding: 0; list-style: none }
.events { height: 18em; overflow: auto; margin-top: 6px; border: 1px solid var(--_rule); border-radius: 6px; contain: strict;
  font: 12px/1.5 ui-monospace, monospace }
.events li { border-bottom: 1px solid var(--_rule); padding: 1px 8px; overflow-wrap: anywhere }
.events li[data-groups~=trouble] b, .attempts [data-fate=bad] { color: var(--_bad) }
.events li[data-groups~=differs] { background: color-mix(in srgb, var(--_warn) 18%, var(--_ground)) }
summary { cursor: pointer }
pre { max-height: 20em; margin: 4px 0; overflow: auto; white-space: pre-wrap }
.note:empty { display: none }
`
