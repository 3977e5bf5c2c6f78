import { useEffect, useState } from 'react';
import { useWords } from '../words/index.ts';

/** Whose token this browser was let in by, and the way out; nothing where nobody had to sign in. */
export function SignedIn() {
  const { shell } = useWords();
  const [who, setWho] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    void signedInAs().then((name) => isShown && setWho(name));
    return () => {
      isShown = false;
    };
  }, []);
  if (who === null) {
    return null;
  }
  return (
    <p className="signed-in">
      {shell.session.as(who)}{' '}
      <button type="button" onClick={() => void signOut()}>
        {shell.session.signOut}
      </button>
    </p>
  );
}

async function signedInAs(): Promise<string | null> {
  try {
    const answer = await fetch('/api/session', { cache: 'no-store' });
    const { who, signedIn } = (await answer.json()) as { readonly who?: unknown; readonly signedIn?: unknown };
    return answer.ok && signedIn === true && typeof who === 'string' ? who : null;
  } catch {
    // The desktop's window has no such address, and an engine that is gone says so elsewhere.
    return null;
  }
}

/** Loaded again, the page is the one to sign in on. */
async function signOut(): Promise<void> {
  await fetch('/api/session', { method: 'DELETE' }).catch(() => {});
  location.reload();
}
