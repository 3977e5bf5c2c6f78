/** The settings panel. */
export const settings = {
  display: 'Display',
  language: 'Language',
  languages: { auto: 'As the browser', en: 'English', fr: 'Français' },
  theme: 'Colours',
  themes: { dark: 'Dark', light: 'Light' },
  largeType: 'Large type, readable at 3 m',
};
