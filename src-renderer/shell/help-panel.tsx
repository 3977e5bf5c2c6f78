import { useEffect, useRef } from 'react';
import { ACTIONS, ActionButton, Key } from '../actions/index.ts';
import { useStore } from '../state/store.ts';
import { useWords } from '../words/index.ts';
import { shellStore } from './shell-store.ts';
import { VIEW_IDS } from './view-id.ts';

/** Every action with its key, beside the picture and never over the state corner; not modal. */
export function HelpPanel() {
  const { shell, actions } = useWords();
  const open = useStore(shellStore, (state) => state.helpOpen);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (open) {
      panel.current?.focus();
    }
  }, [open]);
  if (!open) {
    return null;
  }
  const places = ['everywhere', ...VIEW_IDS] as const;
  return (
    <aside
      className="help"
      aria-label={shell.help.title}
      ref={panel}
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && shellStore.set({ helpOpen: false })}
    >
      <div className="help-head">
        <h2>{shell.help.title}</h2>
        <ActionButton id="shell.help" showsKey>
          {shell.help.close}
        </ActionButton>
      </div>
      <p>{shell.help.explained}</p>
      {places.map((where) => {
        const rows = ACTIONS.filter((action) => action.where === where && action.key !== null);
        return (
          rows.length > 0 && (
            <section key={where}>
              <h3 className="caption">{where === 'everywhere' ? shell.help.everywhere : shell.views[where]}</h3>
              <dl className="help-keys">
                {rows.map(({ id, key }) => (
                  <div key={id}>
                    <dt>
                      <Key name={key ?? ''} />
                    </dt>
                    <dd>{actions[id]}</dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        );
      })}
    </aside>
  );
}
