import { ActionButton } from '../actions/index.ts';
import { useWords } from '../words/index.ts';
import { useView } from './shell-store.ts';
import { VIEW_IDS } from './view-id.ts';
import { isThere } from './views.ts';

/** One button a view. */
export function ViewTabs() {
  const { shell } = useWords();
  const view = useView();
  return (
    <nav className="tabs" aria-label={shell.viewsLabel}>
      {VIEW_IDS.filter(isThere).map((id) => (
        <ActionButton key={id} id={`view.${id}`} className="tab">
          <span data-current={id === view}>{shell.views[id]}</span>
        </ActionButton>
      ))}
      <ActionButton id="shell.help" className="tab tab-help">
        <span>{'?'}</span>
      </ActionButton>
    </nav>
  );
}
