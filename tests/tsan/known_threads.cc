// Threads that the sanitizer sees. It learns of a thread when pthread_create makes it; glibc makes
// some behind that, and instrumented code that runs on those ends in a segmentation fault. So, in
// the programs of the thread build alone, what makes them is done here by pthread_create:
//
//   thrd_create      by librdkafka, which calls our interceptor on its broker's thread
//   getaddrinfo_a    by runtime/name_lookup, with SIGEV_THREAD and one name at a time

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <threads.h>

#include <cstdint>
#include <memory>

namespace {

struct Start {
  thrd_start_t run;
  void* argument;
};

void* run_start(void* held) {
  const std::unique_ptr<Start> start(static_cast<Start*>(held));
  return reinterpret_cast<void*>(std::intptr_t{start->run(start->argument)});
}

struct Question {
  gaicb* request;
  sigevent when_done;
};

void* answer(void* held) {
  const std::unique_ptr<Question> question(static_cast<Question*>(held));
  gaicb& request = *question->request;
  // Where gai_error() looks.
  request.__return =
      ::getaddrinfo(request.ar_name, request.ar_service, request.ar_request, &request.ar_result);
  question->when_done.sigev_notify_function(question->when_done.sigev_value);
  return nullptr;
}

}  // namespace

extern "C" int thrd_create(thrd_t* thread, thrd_start_t run, void* argument) {
  auto start = std::make_unique<Start>(Start{run, argument});
  if (pthread_create(thread, nullptr, run_start, start.get()) != 0) return thrd_error;
  start.release();
  return thrd_success;
}

// What pthread_create made, the sanitizer wants to see joined by its like.
extern "C" int thrd_join(thrd_t thread, int* result) {
  void* ended = nullptr;
  if (pthread_join(thread, &ended) != 0) return thrd_error;
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(ended));
  return thrd_success;
}

extern "C" int getaddrinfo_a(int, gaicb* list[], int, sigevent* when_done) {
  auto question = std::make_unique<Question>(Question{list[0], *when_done});
  pthread_t thread;
  if (pthread_create(&thread, nullptr, answer, question.get()) != 0) return EAI_AGAIN;
  question.release();
  return pthread_detach(thread);
}
