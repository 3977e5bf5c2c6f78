import { useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';

/** Who receives the masks, and who is too slow for them. */
export function SlicerClients() {
  const words = useWords();
  const clients = useConsole((state) => state.snapshot?.publisher.clients ?? null);
  if (clients === null || clients.length === 0) {
    return null;
  }
  return (
    <section className="panel" aria-label={words.shell.publisher.clientsTitle}>
      <h2 className="caption">{words.shell.publisher.clientsTitle}</h2>
      <ul className="clients">
        {clients.map((client) => (
          <li key={client.address}>
            <span>{client.address}</span>
            <span className="figure">
              {words.shell.publisher.clientFacts(client.headerVersion, client.sent, client.dropped)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
