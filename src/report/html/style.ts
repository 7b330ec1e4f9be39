/** The page's look: one column, so that all time axes stand under each other; hairlines instead of boxes. */
import { DARK, LIGHT, variables } from "../palette.ts";

export const STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.wrap{max-width:928px;margin:0 auto;padding:0 24px}
a{color:var(--accent);text-underline-offset:3px}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:3px}
.skip{position:absolute;left:8px;top:-60px;background:var(--page);padding:8px 14px;z-index:2}
.skip:focus{top:8px}
header{padding-top:44px}
h1,h2,h3,h4{line-height:1.25;margin:0;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
h1{font-size:1.05rem;display:inline}
h2{font-size:1.45rem;margin:64px 0 4px}
h3{font-size:1.02rem}
.meta{color:var(--muted);font-size:.875rem;margin:6px 0 0;overflow-wrap:anywhere}
.lead{font-size:clamp(1.3rem,1rem + 1.75vw,1.9rem);line-height:1.36;letter-spacing:-.014em;font-weight:400;margin:22px 0 20px;text-wrap:pretty}
.lead strong{font-weight:650;white-space:nowrap}
.alert{border-left:4px solid var(--bad);background:var(--surface);padding:10px 16px;margin:20px 0}
.verdicts{list-style:none;margin:0;padding:0;font-size:.9375rem}
.verdicts li{padding:3px 0 3px 26px;position:relative;overflow-wrap:anywhere}
.verdicts svg{position:absolute;left:0;top:8px}
.good{color:var(--good)}.bad{color:var(--bad)}
.jump{display:flex;flex-wrap:wrap;gap:4px 20px;margin:26px 0 0;padding:0;list-style:none;font-size:.9375rem}
.jump a{display:inline-block;padding:4px 0}
.group{margin-top:34px}
.group h3 small{font-weight:400;color:var(--muted);font-size:.875rem;letter-spacing:0;margin-left:6px}
.cards{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:22px 24px;margin:10px 0 0;padding:16px 0 0;border-top:1px solid var(--line)}
.cards div{min-width:0}
.cards dt{color:var(--muted);font-size:.8125rem}
.cards dd{margin:0}
.cards .value{font-size:1.6rem;line-height:1.2;letter-spacing:-.02em;font-weight:600;margin:3px 0 2px;white-space:nowrap}
.cards .unit{font-size:.62em;font-weight:500;letter-spacing:0;color:var(--muted);margin-left:.18em}
.cards .how{color:var(--muted);font-size:.78rem;line-height:1.4}
.aside{color:var(--muted);font-size:.875rem;max-width:76ch;margin:22px 0 0}.aside+.aside{margin-top:6px}
figure{margin:30px 0 0}
figure h3{margin-bottom:10px}
figcaption{color:var(--muted);font-size:.875rem;max-width:76ch;margin-top:6px}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart text{font-variant-numeric:tabular-nums}
.phone{display:none}
@media (max-width:719px){.wide{display:none}.phone{display:block;max-width:500px}}
details{border-top:1px solid var(--line)}
details:last-of-type{border-bottom:1px solid var(--line)}
summary{cursor:pointer;padding:13px 4px;font-weight:600;display:flex;gap:10px;align-items:baseline}
summary::-webkit-details-marker{display:none}
summary::before{content:"";flex:none;width:.46em;height:.46em;border-right:2px solid var(--muted);border-bottom:2px solid var(--muted);transform:rotate(-45deg);transition:transform .12s}
details[open]>summary::before{transform:rotate(45deg)}
summary small{color:var(--muted);font-weight:400;font-size:.875rem}
summary:hover{background:var(--surface)}
.inside{padding:2px 0 24px}
.inside>p{max-width:70ch;margin:4px 0 12px;font-size:.9375rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;color:var(--muted);padding:4px 0 8px}
th,td{text-align:left;padding:6px 16px 6px 0;border-top:1px solid var(--grid);vertical-align:top}
thead th{border-top:0;color:var(--muted);font-weight:500;white-space:nowrap}
tbody th{font-weight:400}
.num{text-align:right;white-space:nowrap}
td:last-child,th:last-child{padding-right:0}tbody td{white-space:nowrap}td.text{white-space:normal;min-width:16ch}
code,pre{font:.8125rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
pre{background:var(--surface);padding:16px;overflow-x:auto;margin:8px 0 0;tab-size:2}
.hash{overflow-wrap:anywhere}
.search{display:block;width:min(100%,360px);font:inherit;font-size:.9375rem;color:inherit;background:var(--page);border:1px solid var(--muted);border-radius:6px;padding:7px 12px;margin:4px 0 12px}
[hidden]{display:none!important}
footer{color:var(--muted);font-size:.8125rem;padding:40px 0 56px;overflow-wrap:anywhere}
@media (max-width:719px){.wrap{padding:0 16px}header{padding-top:26px}h2{margin-top:48px}.cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:18px 16px}.cards .value{font-size:1.35rem}th,td{padding-right:12px}}
@media print{.jump,.skip,.search{display:none}h2{margin-top:28px}figure,.group{break-inside:avoid}body{font-size:12px}}
`;
