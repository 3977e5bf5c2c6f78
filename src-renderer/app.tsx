import { useEffect } from 'react';
import { HeaderStrip } from './components/header-strip.tsx';
import { SidePanel } from './components/side-panel.tsx';
import { LiveView } from './live/live-view.tsx';
import type { ConsoleClient } from './state/console-client.ts';
import { ConsoleContext } from './state/console-context.ts';

/** The whole console: truth about the picture on top, the picture, what belongs to it beside it. */
export function App({ client }: { readonly client: ConsoleClient }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // A browser has its own full screen on this key; the desktop app's window has no menu to do it.
      if (event.key === 'F11' && !event.repeat) {
        void window.consoleApi?.setFullScreen('toggle');
      }
      if (event.key.toLowerCase() === 'm' && !event.repeat && !isTyping(event) && !hasModifier(event)) {
        const { style } = client.getState();
        client.setMaskStyle({ ...style, visible: !style.visible });
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [client]);

  return (
    <ConsoleContext value={client}>
      <div className="console">
        <HeaderStrip />
        <LiveView />
        <SidePanel />
      </div>
    </ConsoleContext>
  );
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLInputElement && target.type === 'text';
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}
