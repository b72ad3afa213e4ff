/** The settings of the extension with their defaults; `package.json` declares the same ones, which a test compares. */
export const SETTINGS = {
  'nabla.codeLens.enabled': true,
  'nabla.hover.enabled': true,
  'nabla.diagnostics.enabled': true,
} as const satisfies Readonly<Record<string, boolean>>;

export type SettingId = keyof typeof SETTINGS;
