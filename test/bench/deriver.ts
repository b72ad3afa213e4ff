/** What a fresh process derives with. */
export { derive } from '../../src/core/derive';
export { parseModel } from '../support/model';
