//! `Debug` for types that hold what must not reach a log: codes, openids, titles, tax numbers.

/// Implements `Debug` that prints the named members and leaves out all others (`..`).
macro_rules! debug_only {
    ($type:ty { $($member:ident),* $(,)? }) => {
        impl ::std::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($member), &self.$member))*
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use debug_only;
