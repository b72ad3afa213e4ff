/** The languages of VS Code that Nabla reads; each has an activation event in `package.json`, which a test compares. */
export const LANGUAGES: readonly string[] = [
  'python',
  'javascript',
  'javascriptreact',
  'typescript',
  'typescriptreact',
];
