/** What is read of files that are not open: nothing, what they define, or their wrong gradients, too. */
export type ScanMode = 'off' | 'definitions' | 'problems';

interface Settings {
  readonly 'nabla.codeLens.enabled': boolean;
  readonly 'nabla.hover.enabled': boolean;
  readonly 'nabla.diagnostics.enabled': boolean;
  readonly 'nabla.recognise.kinds': readonly string[];
  readonly 'nabla.recognise.roles': object;
  readonly 'nabla.scan.workspace': ScanMode;
  readonly 'nabla.scan.limit': number;
}

/** The settings of the extension with their defaults; `package.json` declares the same ones, which a test compares. */
export const SETTINGS: Settings = {
  'nabla.codeLens.enabled': true,
  'nabla.hover.enabled': true,
  'nabla.diagnostics.enabled': true,
  'nabla.recognise.kinds': ['loss', 'activation', 'regulariser', 'model', 'propagate', 'gradient'],
  'nabla.recognise.roles': {},
  'nabla.scan.workspace': 'definitions',
  'nabla.scan.limit': 2000,
};

export type SettingId = keyof Settings;

/** A setting that is on or off. */
export type SwitchId = {
  [Id in SettingId]: Settings[Id] extends boolean ? Id : never;
}[SettingId];
