//! What every ERP connector must do, whichever system it speaks to: the same cases for each, through the actions alone.
//!
//! A system joins with one file that implements [`System`](system::System) and one line below. What a system cannot be made to
//! do (a fault that nobody can cause in it) is left out of its run, and nothing else is.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod erpnext;
#[cfg(test)]
mod erpnext_only;
#[cfg(test)]
mod generic;
#[cfg(test)]
mod system;

/// Makes a module of tests, one of each case, for a system.
#[cfg(test)]
macro_rules! conforms {
    ($name:ident, $system:ty) => {
        conforms! { @ $name, $system:
            once {
                twice_is_once_and_is_found,
                what_differs_is_for_a_person,
                a_cancelled_order_does_not_count,
                the_company_says_what_it_is,
            }
            lost {
                an_answer_that_is_lost_is_looked_for,
                a_document_that_was_not_made_is_made,
                an_order_is_whole_whatever_fails_on_the_way,
                what_cannot_be_reached_is_waited_for,
            }
            race {
                two_at_once_leave_one,
                of_two_orders_past_every_guard_one_is_left,
                two_that_are_posted_past_every_guard_are_for_a_person,
            }
            sale {
                from_the_order_to_the_refund_nothing_is_left_open,
                what_bounced_is_owed_again_and_can_be_paid,
                a_refund_that_failed_is_taken_back,
                nothing_is_billed_given_back_or_paid_twice,
                what_is_booked_before_its_sale_waits,
                an_order_of_120_lines_is_one_order,
            }
            currency {
                an_order_in_another_currency_is_settled_in_it,
                what_the_provider_changed_is_a_journal,
            }
            journal {
                what_is_booked_moves_the_accounts,
                a_reversal_takes_it_back_and_both_stand,
                what_does_not_balance_is_never_sent,
                what_the_books_refuse_is_named,
            }
        }
    };
    (@ $name:ident, $system:ty: $($group:ident { $($case:ident,)+ })+) => {
        mod $name {
            $(mod $group {
                $(#[tokio::test]
                async fn $case() {
                    crate::cases::$group::$case::<$system>().await;
                })+
            })+
        }
    };
}

#[cfg(test)]
conforms!(generic_rest, crate::generic::Generic);
#[cfg(test)]
conforms!(erpnext_double, crate::erpnext::Erpnext);
