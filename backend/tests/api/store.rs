//! One contract for both engines.

mod contract;

/// Makes a test of each contract for each engine.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    let metrics = backend::metrics::Metrics::new().unwrap();
                    let database = crate::engine::Database::sqlite(&metrics).await;
                    crate::store::contract::$name(&database).await;
                    database.store.close().await;
                }
            )*
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    let metrics = backend::metrics::Metrics::new().unwrap();
                    let Some(database) = crate::engine::Database::postgres(&metrics).await else {
                        return;
                    };
                    crate::store::contract::$name(&database).await;
                    database.store.close().await;
                }
            )*
        }
    };
}

on_both! {
    what_is_stored_comes_back_to_the_microsecond,
    absent_fields_stay_as_they_are,
    absence_is_no_error,
    lists_are_newest_first_and_filtered,
    ids_are_never_given_twice,
    every_character_survives,
    concurrent_writers_all_succeed,
    a_closed_store_is_unavailable,
}
