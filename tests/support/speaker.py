"""Listens and asks in a Pod's place: `python speaker.py SOCKET`, run inside its network namespace.

TCP 8080 and 9090 say a word, UDP 5353 says one back, TCP 7070 talks on and on. A line of JSON on
the Unix socket asks: {"try": [[address, port, protocol], …], "seconds": 0.5} answers which of them
answered; {"hold": [address, port]} begins to listen to one that talks, {"heard": 0.5} tells how
many bytes came in that many seconds.
"""

import asyncio
import contextlib
import json
import sys
from typing import Any, cast

WORD = b"here\n"
TALK_SECONDS = 0.02


class Back(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)


class Heard(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self.answer.done():
            self.answer.set_result(True)


async def one_word(_: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
    out.write(WORD)
    out.close()


async def talk(_: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while not out.is_closing():
            out.write(WORD)
            await out.drain()
            await rest(TALK_SECONDS)


async def rest(seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


async def answers(address: str, port: int, protocol: str, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await (hears_back if protocol == "UDP" else hears_a_word)(address, port)
    except (OSError, TimeoutError):
        return False


async def hears_a_word(address: str, port: int) -> bool:
    heard, out = await asyncio.open_connection(address, port)
    try:
        return await heard.readline() == WORD
    finally:
        out.close()


async def hears_back(address: str, port: int) -> bool:
    loop = asyncio.get_running_loop()
    transport, heard = await loop.create_datagram_endpoint(Heard, remote_addr=(address, port))
    try:
        transport.sendto(WORD)
        return await heard.answer
    finally:
        transport.close()


class Speaker:
    def __init__(self) -> None:
        self.bytes_heard = 0
        self.tasks: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = []
        """What nobody holds is closed."""

    async def serve_asker(self, asked: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        question = json.loads(await asked.readline())
        out.write(json.dumps(await self.answer(question)).encode() + b"\n")
        out.close()

    async def answer(self, question: dict[str, Any]) -> Any:
        if "try" in question:
            seconds = float(question["seconds"])
            trials = (
                answers(address, port, protocol, seconds)
                for address, port, protocol in question["try"]
            )
            return await asyncio.gather(*trials)
        if "hold" in question:
            heard, out = await asyncio.open_connection(*question["hold"])
            self.tasks.append((asyncio.create_task(self.listen(heard)), out))
            return True
        before = self.bytes_heard
        await rest(question["heard"])
        return self.bytes_heard - before

    async def listen(self, heard: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while more := await heard.read(65536):
                self.bytes_heard += len(more)


async def main(path: str) -> None:
    loop = asyncio.get_running_loop()
    for port, serve in ((8080, one_word), (9090, one_word), (7070, talk)):
        await asyncio.start_server(serve, "0.0.0.0", port)  # noqa: S104  inside a Pod
    await loop.create_datagram_endpoint(Back, local_addr=("0.0.0.0", 5353))  # noqa: S104
    server = await asyncio.start_unix_server(Speaker().serve_asker, path)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
