/** The whole look of the page: system fonts, light and dark. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--line:light-dark(#d8dee6,#30363d);--soft:light-dark(#f4f6f9,#161b22);--dim:light-dark(#57606a,#8b949e)}
body{font:15px/1.5 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:13rem minmax(0,1fr)}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:1.5rem 1rem}
nav a{display:block;padding:.15rem 0;text-decoration:none}
main{padding:1.5rem 2rem 6rem;max-width:60rem}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;background:var(--soft)}
summary{cursor:pointer;padding:.45rem .7rem}
details>div{padding:0 .9rem .7rem}
code,pre,.method{font:13px/1.45 ui-monospace,monospace}
pre{overflow:auto;padding:.7rem;border:1px solid var(--line);border-radius:6px;margin:.4rem 0;background:light-dark(#fff,#0d1117)}
.method{display:inline-block;min-width:3.6rem;font-weight:700}
.dim{color:var(--dim)}
table{border-collapse:collapse}
td,th{text-align:left;padding:.15rem .9rem .15rem 0;vertical-align:top}
@media(max-width:48rem){body{display:block}nav{position:static}}
`;
