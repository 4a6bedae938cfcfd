/** Whether a Slurm of this machine's own can be started: it is installed, and we are root. */
export async function hasSlurm(): Promise<boolean> {
  const { code } = await new Deno.Command("which", {
    args: ["slurmctld", "slurmd", "sbatch", "munged", "runuser"],
    stdout: "null",
    stderr: "null",
  }).output();
  return code === 0 && Deno.uid() === 0;
}

/** Says why tests of Slurm do not run. */
export const NO_SLURM =
  "tests of Slurm are left out: they need root, and apt-get install slurm-wlm munge";

/** A cluster of this machine alone. */
export interface Cluster extends AsyncDisposable {
  /** Variables by which Slurm's commands find it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts munge if it does not run yet, a controller and a node, on ports of their own. */
export async function startCluster(dir: string): Promise<Cluster> {
  const host = Deno.hostname();
  for (const part of ["state", "spool"]) await Deno.mkdir(`${dir}/${part}`, { recursive: true });
  await must("sh", [
    "-c",
    "mkdir -p /run/munge && chown munge:munge /run/munge && chmod 755 /run/munge && " +
    "(pidof munged >/dev/null || runuser -u munge -- /usr/sbin/munged)",
  ]);
  const settings = {
    ClusterName: "longtail",
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: 26817,
    SlurmdPort: 26818,
    AuthType: "auth/munge",
    AuthInfo: "cred_expire=5", // so long waits a task that is queued anew
    SlurmUser: "root",
    SlurmdUser: "root",
    StateSaveLocation: `${dir}/state`,
    SlurmdSpoolDir: `${dir}/spool`,
    SlurmctldPidFile: `${dir}/controller.pid`,
    SlurmdPidFile: `${dir}/node.pid`,
    SlurmctldLogFile: `${dir}/controller.log`,
    SlurmdLogFile: `${dir}/node.log`,
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_Core",
    ReturnToService: 2,
    MpiDefault: "none",
  };
  await Deno.writeTextFile(
    `${dir}/slurm.conf`,
    Object.entries(settings).map(([key, value]) => `${key}=${value}\n`).join("") +
      `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000 State=UNKNOWN\n` +
      `PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP\n`,
  );
  const env = { SLURM_CONF: `${dir}/slurm.conf` };
  await must("slurmctld", [], env);
  await must("slurmd", [], env);
  for (
    let tries = 0;
    !(await call("sinfo", ["-h", "-o", "%t"], env)).out.startsWith("idle");
    tries++
  ) {
    if (tries > 100) throw new Error(`The node of ${dir} does not come up`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    env,
    async [Symbol.asyncDispose]() {
      for (const part of ["node", "controller"]) {
        const pid = Number(await Deno.readTextFile(`${dir}/${part}.pid`).catch(() => ""));
        if (pid > 0) Deno.kill(pid, "SIGTERM");
      }
    },
  };
}

async function call(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], env })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

async function must(...[command, args, env]: Parameters<typeof call>): Promise<void> {
  const { code, err } = await call(command, args, env);
  if (code !== 0) throw new Error(`${command} ends with ${code}: ${err}`);
}
