/** In a process that is measured: tells its parent, when asked, for how long one turn of the loop has been since it was asked before. */
export const tellHeld = (path: string): void => {
	const used = () => {
		const { user, system } = process.threadCpuUsage();
		return user + system;
	};
	let heldUs = 0;
	let before = used();
	const look = () => {
		const now = used();
		heldUs = Math.max(heldUs, now - before);
		before = now;
		setImmediate(look);
	};
	look();
	process.on("message", () => {
		process.send!({ heldMs: heldUs / 1000 });
		heldUs = 0;
	});
	process.send!({ path });
};
