// Who runs PostgreSQL for root, and what that user can reach.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { canReach, chooseServerUser, readUsers } from '../../../src/platform/systemUser.ts';

const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };
const postgres = { name: 'postgres', uid: 101, gid: 104 };

describe('the user that root runs PostgreSQL as', () => {
  let home: string;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'omni-user-')));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is postgres where there is one, else nobody', () => {
    expect(chooseServerUser([nobody, postgres])).to.equal(postgres);
    expect(chooseServerUser([nobody])).to.equal(nobody);
  });

  it('is asked for in words where there is neither', () => {
    expect(() => chooseServerUser([])).to.throw(/neither a user postgres nor nobody: set DATABASE_URL/);
  });

  it('is read from the system file, and from no file none', () => {
    const file = join(home, 'passwd');
    writeFileSync(file, 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n');
    expect(readUsers(file)).to.deep.include(nobody);
    expect(readUsers(join(home, 'none'))).to.deep.equal([]);
  });

  it('reaches a folder only when every folder above lets it pass', () => {
    const inner = join(home, 'a', 'b');
    mkdirSync(inner, { recursive: true });
    chmodSync(home, 0o755);
    chmodSync(join(home, 'a'), 0o711);
    chmodSync(inner, 0o755);
    expect(canReach(nobody, inner)).to.equal(true);
    chmodSync(join(home, 'a'), 0o700);
    expect(canReach(nobody, inner)).to.equal(false);
  });
});
