/** The console's views, in the order of their tabs. */
export const VIEW_IDS = ['live', 'space', 'performance', 'recordings', 'alerts', 'settings'] as const;
export type ViewId = (typeof VIEW_IDS)[number];
