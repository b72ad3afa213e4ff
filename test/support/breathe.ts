import { afterEach } from 'vitest';

/**
 * Lets the event loop turn between tests. Tests without a pause of their own otherwise run in one turn, the answers
 * that the runner waits for lie unread, and after a minute it takes its worker for lost.
 */
afterEach(() => new Promise((done) => setImmediate(done)));
