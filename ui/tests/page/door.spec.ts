// Who comes in where a password is asked for.

import { expect, test } from './fixtures';

const PASSWORD = 'correct horse';
test.use({ setting: { scenario: 'schema = 1\n', password: PASSWORD } });

test('the password opens the page, another does not, and who leaves is out', async ({ chat, server, page, watch }) => {
  watch.expected.push(/401|Failed to load resource/);
  await page.goto(server.url);
  const door = page.getByTestId('sign-in');
  const field = door.getByLabel('Password');
  await expect(field).toBeFocused();
  await expect(chat.field).toBeHidden();
  await field.fill('wrong horse');
  await field.press('Enter');
  await expect(door.getByRole('alert')).not.toBeEmpty();
  await field.fill(PASSWORD);
  await field.press('Enter');
  await expect(chat.field).toBeVisible();
  await chat.send('/echo inside');
  await chat.ended();
  const inside = page.url();
  await page.reload();
  await expect(chat.text).toHaveText('inside');
  await page.getByTestId('page-menu').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(field).toBeVisible();
  await page.goto(inside);
  await expect(field).toBeVisible();
  await expect(page.getByText('inside')).toHaveCount(0);
});
