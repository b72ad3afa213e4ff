import { expect, it } from 'vitest';
import { panelHtml } from '../../../src/host/panelHtml';

const html = panelHtml({
  script: 'https://host/view.js?a=1&b="2"',
  style: 'https://host/view.css',
  cspSource: "'self' https://*.vscode-cdn.net",
  nonce: 'N0nce',
});

it('allows one script, and neither inline code nor the network', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
    .exec(html)?.[1]
    ?.replace(/&#39;/g, "'");
  expect(policy).toBe(
    "default-src 'none'; script-src 'nonce-N0nce'; style-src 'self' https://*.vscode-cdn.net; " +
      "font-src 'self' https://*.vscode-cdn.net; img-src 'self' https://*.vscode-cdn.net data:",
  );
  expect(html).not.toMatch(/unsafe|<style|style=|onload=/);
  expect(html.match(/<script/g)).toHaveLength(1);
});

it('escapes what goes into attributes', () => {
  expect(html).toContain('src="https://host/view.js?a=1&#38;b=&#34;2&#34;"');
});
