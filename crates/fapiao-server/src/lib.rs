//! The fapiao binary: command line, settings, wiring, adapters and the worker.
