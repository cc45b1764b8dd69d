"""The asyncio client of eci-as-sandbox, method by method."""

import asyncio
import unittest

from eci_as_sandbox import AsyncEciSandbox, TmuxCommandStatus

from local_eci import local_client, random_text


class AsyncClient(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.eci = AsyncEciSandbox()
        self.eci.client = local_client()
        made = await self.eci.create("python:3.12", tags={"suite": "async"})
        self.assertTrue(made.success, made.error_message)
        self.box = made.sandbox
        self.id = made.sandbox.sandbox_id
        await self.wait_running()

    async def asyncTearDown(self):
        removed = await self.eci.delete(self.id, force=True)
        self.assertTrue(removed.success, removed.error_message)

    async def wait_running(self):
        for _ in range(600):
            got = await self.eci.get_sandbox(self.id)
            if got.success and got.data.status == "Running":
                return
            await asyncio.sleep(0.05)
        self.fail("not running after 30 s")

    async def test_get_and_list(self):
        got = await self.eci.get(self.id)
        self.assertTrue(got.success, got.error_message)
        self.assertEqual((await self.box.info()).data.sandbox_id, self.id)
        listed = await self.eci.list(tags={"suite": "async"})
        self.assertTrue(listed.success, listed.error_message)
        self.assertIn(self.id, listed.sandbox_ids)

    async def test_commands(self):
        run = await self.eci.exec_command(self.id, ["echo", "a b", "$HOME"])
        self.assertTrue(run.success, run.error_message)
        self.assertEqual(run.output, "a b $HOME\n")
        run = await self.box.bash("printf '%s' \"$PWD\"", exec_dir="/usr")
        self.assertEqual(run.output, "/usr")
        run = await self.eci.bash_ws(self.id, "for i in 1 2 3; do echo $i; done", timeout=60)
        self.assertEqual(run.output, "1\n2\n3\n")
        content = random_text(5000)
        wrote = await self.eci.write_file_ws(self.id, "/tmp/f", content)
        self.assertTrue(wrote.success, wrote.error_message)
        self.assertEqual((await self.box.bash("cat /tmp/f")).output, content + "\n")

    async def test_many_at_once(self):
        runs = await asyncio.gather(
            *(self.eci.exec_command(self.id, ["sh", "-c", f"echo {n}"]) for n in range(20))
        )
        self.assertEqual([r.output for r in runs], [f"{n}\n" for n in range(20)])

    async def test_tmux(self):
        started = await self.box.tmux_start("echo begin; sleep 1; echo end; exit 5")
        self.assertTrue(started.success, started.error_message)
        listed = await self.box.tmux_list()
        self.assertIn(started.session_id, [s["session_id"] for s in listed.data])
        done = await self.box.tmux_wait(started.session_id, timeout=30)
        self.assertEqual(done.status, TmuxCommandStatus.COMPLETED)
        self.assertEqual(done.exit_code, 5)
        other = await self.box.tmux_start("sleep 300")
        self.assertEqual(
            (await self.box.tmux_poll(other.session_id)).status, TmuxCommandStatus.RUNNING
        )
        self.assertTrue((await self.box.tmux_kill(other.session_id)).success)

    async def test_restart(self):
        await self.box.bash("touch /tmp/mark")
        self.assertTrue((await self.box.restart()).success)
        await asyncio.sleep(0.05)
        await self.wait_running()
        self.assertEqual((await self.box.bash("ls /tmp")).output, "")


if __name__ == "__main__":
    unittest.main()
