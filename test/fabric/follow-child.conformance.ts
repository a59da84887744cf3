// Follows a channel into a read model until it is killed, and prints the height after each block:
//   node follow-child.conformance.ts PROFILE INVENTORY
import { Inventory } from '../../src/inventory/index.ts';
import { openFabricLedger, readProfile } from '../../src/ledger/fabric/index.ts';

const [profile, path] = process.argv.slice(2) as [string, string];
const ledger = await openFabricLedger({ profile: readProfile(profile) });
const inventory = Inventory.open(path);
process.stdout.write(`${inventory.height}\n`);
for await (const block of ledger.blocks(inventory.height, { follow: true })) {
  inventory.apply(block);
  process.stdout.write(`${inventory.height}\n`);
}
