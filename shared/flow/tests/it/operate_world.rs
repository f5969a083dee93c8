//! What the tests of operators' acts have in common: a flow with something of everything, and the acts in short.

use flow::engine::Outcome;
use flow::execution::{Execution, Status, StepPath, execution_by_event};
use flow::operate::{By, Checks, Corrected, Error, Replay, Replayed, Shown, Target, correct, replay, show};
use flow::{Delivery, FlowName, QueueName};
use serde_json::{Value, json};

use crate::engine_world::{World, delivery, fault, plan, specs};

/// Reads an order, computes a colour of it, makes a thing that has it, and a parcel.
pub(crate) const PAINTED: &str = r#"
flow: demo
description: Makes a thing in the order's colour, then a parcel.
triggers:
  - source: stripe
    event: charge.succeeded
    entity: [/data/object/payment_intent]
steps:
  - id: order
    use: shop.order.read
    with: { id: "{% $event.data.object.id %}" }
  - id: paint
    set: { colour: "{% $order.colour %}", note: "{% $event.data.object.note %}" }
  - id: thing
    use: shop.thing.put
    with: { id: "{% $order.id %}", colour: "{% $paint.colour %}", note: "{% $paint.note %}" }
  - id: parcel
    use: shop.parcel.put
    with: { id: "{% $order.id %}", colour: "{% $paint.colour %}" }
"#;

/// Makes a thing.
pub(crate) const SIMPLE: &str = r"
flow: demo
description: Makes a thing.
triggers:
  - source: stripe
    event: charge.succeeded
    entity: [/data/object/payment_intent]
steps:
  - id: thing
    use: shop.thing.put
    with: { id: one }
";

pub(crate) fn by(why: &str) -> By {
    By { who: "ada".parse().unwrap(), why: Some(why.to_owned()) }
}

pub(crate) fn step(path: &str) -> Target {
    Target::Step(path.parse::<StepPath>().unwrap())
}

/// A world whose order is red, with an execution parked at `action`, which answered with this class.
pub(crate) async fn parked_at(action: &str, class: flow::Class) -> World {
    let world = World::new();
    *world.shop.order.lock().unwrap() = json!({ "colour": "red" });
    for _ in 0..12 {
        world.shop.faults.lock().unwrap().push((action.to_owned(), fault(class, "no_such_colour"), false));
    }
    assert!(matches!(world.settle(PAINTED, &delivery("evt_1")).await.outcome, Outcome::Parked(_)));
    world.shop.faults.lock().unwrap().clear();
    world
}

pub(crate) async fn row(world: &World, event: &str) -> Execution {
    let flow: FlowName = "demo".parse().unwrap();
    let (pair, event) = ("main".parse().unwrap(), event.parse().unwrap());
    execution_by_event(world.store.as_ref(), &pair, &flow, &event).await.unwrap().unwrap()
}

pub(crate) async fn shown(world: &World) -> Shown {
    show(world.store.as_ref(), &row(world, "evt_1").await).await.unwrap()
}

/// Corrects one value of the execution.
pub(crate) async fn correct_at(
    world: &World,
    target: Target,
    at: &str,
    value: Value,
) -> Result<Corrected, Error> {
    let shown = shown(world).await;
    let mut data = target.data(&shown).unwrap();
    *data.pointer_mut(at).unwrap() = value;
    correct_to(world, &shown, &target, data).await
}

pub(crate) async fn correct_to(
    world: &World,
    shown: &Shown,
    target: &Target,
    data: Value,
) -> Result<Corrected, Error> {
    let (plan, specs) = (plan(PAINTED), specs());
    let checks = Checks { plan: &plan, specs: &specs, connectors: &world.connected.connectors };
    correct(&world.ports(), &checks, shown, target, data, &by("the shop renamed it")).await
}

/// Has it tried again, and takes its message to the engine.
pub(crate) async fn replayed(world: &World, yaml: &str, how: Replay) -> Outcome {
    let done = replay(&world.ports(), &row(world, "evt_1").await, how, &by("mended")).await.unwrap();
    assert!(matches!(done, Replayed::Queued(_)), "{done:?}");
    assert_eq!(row(world, "evt_1").await.status, Status::Queued);
    world.settle(yaml, &last_sent(world, QueueName::Flow("demo".parse().unwrap()))).await.outcome
}

pub(crate) fn last_sent(world: &World, queue: QueueName) -> Delivery {
    let message = world.queue.sent(&queue).pop().unwrap();
    Delivery::from_message(message.body, &message.attributes, 0).unwrap()
}

/// The colours that an action was asked for, with their generations.
pub(crate) fn colours(world: &World, action: &str) -> Vec<(String, u32)> {
    let sent = world.shop.sent.lock().unwrap();
    let of = sent.iter().filter(|(name, ..)| name == action);
    of.map(|(_, input, n)| (input["colour"].as_str().unwrap_or("-").to_owned(), *n)).collect()
}
