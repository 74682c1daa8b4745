// Task<T>: a coroutine of this house, Asio's awaitable under one name.
//
// Rules (docs/architecture.md, checked by tests/arch): coroutines are named functions, never
// capturing lambdas; parameters by value, or references to what outlives the scope the task runs
// in; between `co_await` and `;` only names, calls and std::move (g++ 12.2 frees braced aggregates,
// capturing lambdas and conditional temporaries there twice).
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waybill::runtime {

// Of an io_context by name, and not any executor: every resumption of a coroutine asks its executor
// several times, and behind any_io_executor each asking is a copy on the heap's count and two calls
// through pointers.
using Executor = boost::asio::io_context::executor_type;

template <class T>
using Task = boost::asio::awaitable<T, Executor>;

// Makes an operation of Asio one that a Task waits for.
inline constexpr boost::asio::use_awaitable_t<Executor> kUseAwaitable;
// The same, where an error is a value of the answer and nothing is thrown.
inline constexpr auto kWithError = boost::asio::as_tuple(kUseAwaitable);

}  // namespace waybill::runtime
