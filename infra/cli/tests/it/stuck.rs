//! An operator who has never seen the tool finds why an order is stuck, mends a wrong article number and replays it, by
//! what the tool itself says.

use flow::engine::Outcome;

use crate::world::{Said, World};

/// The command that a screen offers for a purpose, without the program's name.
fn offered(said: &Said, purpose: &str) -> Vec<String> {
    let line = said.out.lines().find(|line| line.trim_start().starts_with(purpose));
    let line = line.unwrap_or_else(|| panic!("no `{purpose}` in\n{}", said.out));
    let (_, command) = line.split_once("tillbridge ").unwrap();
    command.split_whitespace().map(str::to_owned).collect()
}

/// Runs an offered command with what the operator puts into its gaps.
async fn follow(world: &World, mut command: Vec<String>, gap: &str, filled: &str) -> Said {
    for word in &mut command {
        if word == gap {
            filled.clone_into(word);
        }
    }
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    world.run(&words).await
}

/// The places at which a value stands on a screen.
fn places<'a>(said: &'a Said, value: &str) -> Vec<&'a str> {
    let of = |line: &'a str| line.trim_end().strip_suffix(value).map(str::trim);
    said.out.lines().filter_map(of).filter(|at| at.starts_with('/')).collect()
}

#[tokio::test]
async fn an_order_with_a_wrong_article_number_is_found_mended_and_replayed() {
    let world = World::new().await;
    let order = world.pay("refused_sku").await;
    // The first screen names the four commands, in the order in which they are needed.
    let help = world.run(&["--help"]).await;
    let place = |command: &str| help.out.find(command).unwrap_or_else(|| panic!("no `{command}`"));
    assert!(
        place("tillbridge parked ") < place("tillbridge show ")
            && place("tillbridge show ") < place("tillbridge correct ")
    );

    // What stands, and why.
    let parked = world.run(&["parked"]).await;
    assert_eq!((parked.code, parked.err.as_str()), (1, ""), "{parked:?}");
    assert!(parked.out.contains("sku_refused at step sales_order, mended by merchant"), "{}", parked.out);
    assert!(parked.out.contains(&format!("order {}", order.increment_id)), "{}", parked.out);
    let name = parked.out.split_whitespace().next().unwrap();

    // One of them, by its order's number as well as by its name.
    let shown = world.run(&["show", &order.increment_id]).await;
    assert_eq!((shown.code, shown.err.as_str()), (1, ""), "{shown:?}");
    assert_eq!(world.run(&["show", name]).await.out, shown.out);
    for words in [
        "Why it stands",
        "sku_refused (validation)",
        "REFUSED-BY-ERP",
        "mended by merchant",
        "erp.sales_order.put",
    ] {
        assert!(shown.out.contains(words), "no `{words}` in\n{}", shown.out);
    }
    let [place] = places(&shown, "\"REFUSED-BY-ERP\"").try_into().unwrap();
    assert_eq!(place, "/document/lines/1/sku");

    // What an operator types first: something that does not fit.
    let mend = offered(&shown, "mend that request");
    let wrong = follow(&world, mend.clone(), "/PLACE=VALUE", "/document/lines/1/quantity=none").await;
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.err.contains("erp.sales_order.put"), "{}", wrong.err);

    // Every later step names the article too, so it is mended where it was read.
    let mend = offered(&shown, "mend what was read");
    let full = world.run(&["show", name, "--full"]).await;
    let read = places(&full, "\"REFUSED-BY-ERP\"");
    let place = read.iter().find(|place| place.starts_with("/lines/1/")).unwrap();
    let mended = follow(&world, mend, "/PLACE=VALUE", &format!("{place}=LAMP-66")).await;
    assert_eq!((mended.code, mended.err.as_str()), (0, ""), "{mended:?}");
    assert!(mended.out.contains("\"REFUSED-BY-ERP\" → \"LAMP-66\""), "{}", mended.out);

    let requests = world.sandbox.requests(0).len();
    let dry = follow(&world, offered(&shown, "see what would be sent"), "", "").await;
    assert_eq!((dry.code, dry.err.as_str()), (0, ""), "{dry:?}");
    assert!(dry.out.contains("LAMP-66") && !dry.out.contains("REFUSED-BY-ERP") && dry.out.contains("key "));
    assert_eq!((world.sandbox.requests(0).len(), world.sent()), (requests, 0), "nothing was sent");

    let replayed = follow(&world, offered(&shown, "try it again"), "", "").await;
    assert_eq!((replayed.code, replayed.err.as_str()), (0, ""), "{replayed:?}");
    assert_eq!(world.take_last().await, Outcome::Done);

    let after = world.run(&["show", &order.increment_id]).await;
    assert_eq!(after.code, 0, "{after:?}");
    for words in
        ["done", "ada corrected (output of step order)", "ada replayed (sku_refused at step sales_order)"]
    {
        assert!(after.out.contains(words), "no `{words}` in\n{}", after.out);
    }
    let nothing = world.run(&["parked"]).await;
    assert_eq!((nothing.code, nothing.out.as_str()), (0, "nothing is parked\n"));
    let again = world.run(&["replay", &order.increment_id]).await;
    assert_eq!((again.code, world.sent()), (0, 1), "{again:?}");
    assert!(again.out.contains("is done; there is nothing to replay"));
}
