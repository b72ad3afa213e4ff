/** What the page of the panel loads, as addresses that a webview may read. */
export interface PanelResources {
  readonly script: string;
  readonly style: string;
  /** The source that VS Code serves a webview's files from. */
  readonly cspSource: string;
  /** Allows this one script; new for each page. */
  readonly nonce: string;
}

/** The page of the panel: no inline script or style, no network, fonts and styles from the extension alone. */
export function panelHtml({ script, style, cspSource, nonce }: PanelResources): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Nabla</title>
    <link rel="stylesheet" href="${escapeHtml(style)}">
  </head>
  <body>
    <div id="nabla"></div>
    <script nonce="${nonce}" src="${escapeHtml(script)}"></script>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
