/*
 * Preloaded into every program of a cluster's host, but only Java listens: the hard limit on open files is 65535.
 * Elasticsearch refuses to listen on a real address below that, and a machine whose root may not raise limits
 * (no CAP_SYS_RESOURCE, as in many containers) cannot grant it. The kernel's own limit stays what it is.
 */
extern long syscall(long number, ...);
extern int strcmp(const char *left, const char *right);
extern char *program_invocation_short_name;

#if defined(__aarch64__)
#define PRLIMIT64 261
#else
#define PRLIMIT64 302
#endif
#define NOFILE 7

struct limit {
  unsigned long soft;
  unsigned long hard;
};

static int ask(int what, struct limit *limit) {
  int code = (int)syscall(PRLIMIT64, 0L, (long)what, (struct limit *)0, limit);
  if (code == 0 && what == NOFILE && limit->hard < 65535 && strcmp(program_invocation_short_name, "java") == 0)
    limit->soft = limit->hard = 65535;
  return code;
}

int getrlimit(int what, struct limit *limit) { return ask(what, limit); }
int getrlimit64(int what, struct limit *limit) { return ask(what, limit); }
