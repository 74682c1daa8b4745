package waybill.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** How many events were processed, and when; written by the stream thread alone. */
final class Progress {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final long half;
  private volatile long events = 0;
  private volatile long began = 0;
  private volatile long halfway = 0;
  private volatile long thread = 0;
  private volatile long processorBegan = 0;

  Progress(long expected) {
    half = expected / 2;
  }

  void begin() {
    if (began != 0) return;
    thread = Thread.currentThread().getId();
    processorBegan = THREADS.getCurrentThreadCpuTime();
    began = System.nanoTime();
  }

  void end() {
    final long now = events + 1;
    if (now == half) halfway = System.nanoTime();
    events = now;
  }

  long events() {
    return events;
  }

  /** Seconds from the first record to `nanoTime`. */
  double secondsUntil(long nanoTime) {
    return (nanoTime - began) / 1e9;
  }

  /** The same for the second half of the records, when Java has compiled what is hot. */
  double secondsOfSecondHalfUntil(long nanoTime) {
    return (nanoTime - halfway) / 1e9;
  }

  /** What the stream thread took of a processor since the first record; while it still runs. */
  double processorSeconds() {
    return (THREADS.getThreadCpuTime(thread) - processorBegan) / 1e9;
  }

  long half() {
    return half;
  }
}
