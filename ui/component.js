/**
 * Commands go to the server as numbered state, not as triggers: a trigger is gone when a rerun overtakes the run that
 * carries it, and the person's click with it. The server performs each number once; `seat` is the page's session, so
 * that a browser which reconnects to a server started anew does not repeat its last command.
 */
const commander = (data, setStateValue) => (what) =>
  setStateValue("command", { ...what, seat: data.seat, serial: performance.timeOrigin + performance.now() });

