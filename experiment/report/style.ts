/** The style sheet of a report. Colours are variables, which charts use too. */
export const STYLE = `
:root { --page: #f6f6f3; --card: #ffffff; --ink: #1c1d20; --soft: #5b5e66; --line: #dcdcd6;
  --well: #f1f1ec; --bar: #c4c8cf; --heat: #0062a3; --on-heat: #ffffff; --link: #00559b;
  --c0: #0072b2; --c1: #cf5400; --c2: #00805e; --c3: #a2478a; --c4: #8a6100; --c5: #55585f;
  color-scheme: light; }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {
  --page: #131417; --card: #1c1e22; --ink: #ececea; --soft: #a5a8b0; --line: #34373e;
  --well: #25282d; --bar: #4b5059; --heat: #5cb8f0; --on-heat: #10151a; --link: #7cc4f5;
  --c0: #5cb8f0; --c1: #ff8f4f; --c2: #3fcf9f; --c3: #e59ad0; --c4: #e6b93c; --c5: #c4c6cc;
  color-scheme: dark; } }
:root[data-theme="dark"] {
  --page: #131417; --card: #1c1e22; --ink: #ececea; --soft: #a5a8b0; --line: #34373e;
  --well: #25282d; --bar: #4b5059; --heat: #5cb8f0; --on-heat: #10151a; --link: #7cc4f5;
  --c0: #5cb8f0; --c1: #ff8f4f; --c2: #3fcf9f; --c3: #e59ad0; --c4: #e6b93c; --c5: #c4c6cc;
  color-scheme: dark; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header, main, footer { max-width: 82rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
.top { display: flex; gap: 1rem; align-items: flex-start; justify-content: space-between; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; margin: 0 0 .35rem;
  text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; letter-spacing: -.01em; margin: 0 0 .25rem; }
h3 { font-size: .95rem; line-height: 1.35; margin: 0 0 .5rem; font-weight: 600;
  overflow-wrap: anywhere; }
p { margin: 0 0 1rem; max-width: 46rem; }
.lead { font-size: 1.05rem; color: var(--soft); max-width: 60rem; }
.note { font-size: .85rem; color: var(--soft); margin: 1rem 0 0; }
.lead b { color: var(--ink); font-weight: 600; }
section { margin: 2.75rem 0 0; }
section > p { color: var(--soft); margin-bottom: 1.1rem; }
a { color: var(--link); }
nav { position: sticky; top: 0; z-index: 2; background: var(--page);
  border-bottom: 1px solid var(--line); margin-top: 1rem; }
nav ul { max-width: 82rem; margin: 0 auto; padding: .5rem 1rem; display: flex; gap: .25rem 1.25rem;
  list-style: none; overflow-x: auto; white-space: nowrap; }
nav a { text-decoration: none; font-size: .9rem; display: block; padding: .25rem 0; }
nav a:hover { text-decoration: underline; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
.theme { flex: none; border: 1px solid var(--line); border-radius: 999px; padding: .3rem .9rem;
  font-size: .875rem; background: var(--card); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0;
  margin: 0 0 1rem; font-size: .9rem; }
.setting { display: inline-flex; align-items: center; gap: .4rem; }
.swatch { flex: none; width: 30px; height: 14px; }
.charts { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
.pair { display: grid; gap: 1rem; margin: 0 0 1rem; align-items: start; }
.pair > .frame { margin: 0; }
@media (min-width: 62rem) { .pair { grid-template-columns: minmax(22rem, 1fr) 2fr; } }
figure { margin: 0; padding: 1rem 1rem .9rem; background: var(--card); border-radius: 8px;
  border: 1px solid var(--line); min-width: 0; }
figure > svg { display: block; width: 100%; height: auto; }
figcaption { margin-top: .5rem; font-size: .85rem; line-height: 1.45; color: var(--soft); }
.frame { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { padding: .5rem .7rem; text-align: left; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-weight: 600; color: var(--soft); vertical-align: bottom; white-space: normal;
  line-height: 1.3; }
thead th .setting { color: var(--ink); }
tbody th { font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
thead button { font-weight: 600; display: inline-flex; gap: .3rem; align-items: end;
  text-align: inherit; }
thead button::after { content: "↕"; color: var(--soft); opacity: .55; }
[aria-sort="ascending"] button::after { content: "↑"; opacity: 1; }
[aria-sort="descending"] button::after { content: "↓"; opacity: 1; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { margin: .75rem 0 0; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; }
details[open] > summary { margin-bottom: .75rem; }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0 0 1rem; font-size: .9rem; }
.facts div { display: flex; gap: .5rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
.options { display: grid; gap: .3rem 2rem; margin: 0; font-size: .875rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
.options div { display: flex; justify-content: space-between; gap: 1rem;
  border-bottom: 1px solid var(--line); padding: .2rem 0; }
.options dd { margin: 0; color: var(--soft); overflow-wrap: anywhere; text-align: right; }
.pictures { display: grid; gap: 1rem; list-style: none; padding: 0; margin: 0 0 1rem;
  grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); }
.pictures img { width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--well);
  border-radius: 6px; display: block; }
.pictures .small { image-rendering: pixelated; }
.pictures b { color: var(--ink); font-weight: 600; }
.pictures span { display: block; font-size: .8rem; line-height: 1.4; color: var(--soft);
  margin-top: .3rem; }
footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 3rem; color: var(--soft);
  font-size: .85rem; }
@media (max-width: 40rem) { header { padding-top: 1.25rem; } h1 { font-size: 1.4rem; }
  section { margin-top: 2.25rem; } figure { padding: .8rem .7rem .75rem; } }
@media print { nav, .theme { display: none; } figure, .frame { break-inside: avoid; } }
`;
