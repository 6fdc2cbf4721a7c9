/**
 * What kernels are made of, each package exactly, for every Python that they run on. Newer releases of some have left
 * Python 3.10.
 */

/** The oldest Python that kernels run on. */
export const minimumPython = /** @type {const} */ ([3, 10]);

/** What a kernel needs and asks its packages for. */
export const kernelRequirements = [
	'ipykernel==7.4.0; python_version >= "3.11"',
	'ipython==9.18.1; python_version >= "3.11"',
	'ipykernel==7.3.0; python_version < "3.11"',
	'ipython==8.39.0; python_version < "3.11"',
];

const common = [
	"asttokens==3.0.2",
	"comm==0.2.3",
	"executing==2.3.0",
	"jedi==0.20.1",
	"jupyter-client==8.10.0",
	"jupyter-core==5.9.1",
	"matplotlib-inline==0.2.2",
	"nest-asyncio2==1.7.4",
	"packaging==26.4",
	"parso==0.8.7",
	"pexpect==4.9.0",
	"prompt-toolkit==3.0.53",
	"ptyprocess==0.7.0",
	"pure-eval==0.2.4",
	"pygments==2.21.0",
	"stack-data==0.6.3",
	"traitlets==5.16.1",
	"typing-extensions==4.16.0",
	"tzdata==2026.6",
	...(process.platform === "darwin" ? ["appnope==1.0.0"] : []),
];

/**
 * All of it, each package with what it needs; the debugger aside, which kernels of ours are started without. `pure` runs
 * on every Python it is for, `compiled` on one release and platform.
 *
 * @typedef {{ readonly pure: readonly string[]; readonly compiled: readonly string[] }} KernelPackages
 */

/**
 * @param {readonly number[]} version
 * @returns {KernelPackages}
 */
export const kernelPackages = (version) =>
	isBefore311(version)
		? {
				pure: [
					...common,
					"decorator==5.3.1",
					"exceptiongroup==1.3.2",
					"ipykernel==7.3.0",
					"ipython==8.39.0",
					"platformdirs==4.12.4",
					"python-dateutil==3.0.0",
					"six==1.17.0",
				],
				compiled: ["psutil==7.2.2", "pyzmq==27.3.0", "tornado==6.5.10", "wcwidth==0.9.4"],
			}
		: {
				pure: [
					...common,
					"ipykernel==7.4.0",
					"ipython==9.18.1",
					"ipython-pygments-lexers==1.1.1",
					"platformdirs==4.14.9",
					"python-dateutil==4.0.0",
				],
				compiled: ["psutil==7.2.2", "pyzmq==27.3.0", "tornado==6.6.1", "wcwidth==0.9.4"],
			};

/** @param {readonly number[]} version */
export const isNewEnough = ([major = 0, minor = 0]) =>
	major > minimumPython[0] || (major === minimumPython[0] && minor >= minimumPython[1]);

/** @param {readonly number[]} version */
const isBefore311 = ([major = 0, minor = 0]) => major === 3 && minor < 11;
