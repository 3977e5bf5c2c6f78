import { useEffect } from 'react';
import { useConsole } from '../state/console-context.ts';

/** Colours and type size are attributes of the page: styles read them, components never do. */
export function useDocumentTheme(): void {
  const theme = useConsole((state) => state.snapshot?.settings['view.theme'] ?? 'dark');
  const largeType = useConsole((state) => state.snapshot?.settings['view.largeType'] ?? false);
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset['theme'] = theme;
    dataset['type'] = largeType ? 'large' : 'normal';
  }, [theme, largeType]);
}
