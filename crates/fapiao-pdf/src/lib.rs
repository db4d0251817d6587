//! An invoice becomes PDF bytes: fonts embedded, no network, no clock.
