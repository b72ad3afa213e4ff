/** The settings of the extension with their defaults; `package.json` declares the same ones, which a test compares. */
export const SETTINGS = {
  'nabla.codeLens.enabled': true,
  'nabla.hover.enabled': true,
  'nabla.diagnostics.enabled': true,
  'nabla.recognise.kinds': ['loss', 'activation', 'regulariser', 'model', 'propagate', 'gradient'],
  'nabla.recognise.roles': {},
} as const satisfies Readonly<Record<string, boolean | readonly string[] | object>>;

export type SettingId = keyof typeof SETTINGS;

/** A setting that is on or off. */
export type SwitchId = {
  [Id in SettingId]: (typeof SETTINGS)[Id] extends boolean ? Id : never;
}[SettingId];
