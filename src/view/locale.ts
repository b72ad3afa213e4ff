/**
 * Chromium without a system locale reports a language that Intl refuses ("en-US@posix"), and uPlot formats numbers by it
 * when it is loaded. Imported ahead of uPlot.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  const [language = 'en-US'] = navigator.language.split('@');
  Object.defineProperty(navigator, 'language', { value: language, configurable: true });
}
export {};
