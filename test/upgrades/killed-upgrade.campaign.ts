/**
 * An upgrade that ends before and after each of its statements. The oldest database has all statements before it.
 */
import { endUpgrades } from './end-upgrades.js';
import { FIXTURES } from './fixtures.js';

const [oldest] = FIXTURES;
if (oldest === undefined) throw new Error('there is no fixture');
endUpgrades(oldest, 1);
