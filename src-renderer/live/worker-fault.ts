/** What is wrong with a worker, of its `error` event: a program that could not be loaded comes without a message. */
export function workerFault(event: Event): string {
  return event instanceof ErrorEvent ? event.message : 'its program could not be loaded';
}
