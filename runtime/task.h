// Task<T>: a coroutine of this house, Asio's awaitable under one name.
//
// Rules (docs/architecture.md, checked by tests/arch): coroutines are named functions, never
// capturing lambdas; parameters by value, or references to what outlives the scope the task runs
// in; between `co_await` and `;` only names, calls and std::move (g++ 12.2 frees braced aggregates,
// capturing lambdas and conditional temporaries there twice).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

namespace waybill::runtime {

template <class T>
using Task = boost::asio::awaitable<T, boost::asio::any_io_executor>;

using Executor = boost::asio::any_io_executor;

}  // namespace waybill::runtime
