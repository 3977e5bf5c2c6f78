import type { ReactNode } from 'react';
import { useClient } from '../state/console-context.ts';
import { type ActionId, useWords } from '../words/index.ts';
import { KeyMark } from './key.tsx';
import { actionOf } from './table.ts';
import { useActionState } from './use-action-state.ts';

interface ActionButtonProps {
  readonly id: ActionId;
  /** What the button shows; the action's name is its tip, and its name for screen readers where it holds these words. */
  readonly children?: ReactNode;
  readonly showsKey?: boolean;
  readonly className?: string;
}

/** A button that does what the action's key does, and says which key that is. */
export function ActionButton({ id, children, showsKey = false, className }: ActionButtonProps) {
  const client = useClient();
  const words = useWords();
  const action = actionOf(id);
  const { possible, on } = useActionState(action);
  const name = words.actions[id];
  return (
    <button
      type="button"
      className={className}
      aria-label={isSaidBy(name, children) ? name : undefined}
      aria-pressed={on ?? undefined}
      aria-keyshortcuts={action.key === ' ' ? 'Space' : (action.key ?? undefined)}
      title={name}
      disabled={!possible}
      data-action={id}
      onClick={() => action.run(client)}
    >
      {children ?? name}
      {showsKey && action.key !== null && <KeyMark name={action.key} />}
    </button>
  );
}

/** A spoken name must hold what is seen (WCAG 2.5.3): words of its own are read as they stand, a mere sign is not. */
function isSaidBy(name: string, children: ReactNode): boolean {
  return (
    typeof children === 'string' && (!/\p{L}/u.test(children) || name.toLowerCase().includes(children.toLowerCase()))
  );
}
