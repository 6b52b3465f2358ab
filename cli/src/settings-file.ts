/** Settings of a project's folder; not deployed with its code. */
export const settingsFile = 'deployer.yaml';
