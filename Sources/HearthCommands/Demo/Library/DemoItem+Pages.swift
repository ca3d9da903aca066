extension DemoItem {
    static let pages: [DemoItem] = [
        page(
            26, 22.1, "Baking with rye: why the dough is sticky", "https://bread.example/rye",
            """
            <p>Rye flour holds far more water than wheat, but it does not build gluten. What keeps a rye loaf together are \
            pentosans, long sugars that swell and bind. That is why a rye dough stays sticky however long it is kneaded.</p>
            <p>Sourdough is not only for taste. Its acid slows the enzymes that would break down the starch during baking. Without \
            it the crumb becomes wet and the knife sticks. A dough with more than a fifth of rye should be soured.</p>
            <p>A long cold rest makes the loaf easier to shape and gives a darker crust. Bake hot at the beginning, at about 250 degrees, \
            and let the heat fall to 200 degrees after fifteen minutes.</p>
            """),
        page(
            19, 21.3, "Walking the Aletsch trail", "https://alps.example/aletsch",
            """
            <p>The Aletsch glacier is the longest glacier of the Alps, about 20 kilometres from its source to its end. The classic walk \
            along its edge takes two days and begins at the cable car station in Riederalp.</p>
            <p>The hut at Riederfurka has 34 beds and opens from July to October. The way over the ice to the Konkordia hut is only \
            safe with a guide; the group goes on a rope and leaves before six in the morning.</p>
            <p>Take sun cream of factor fifty, sunglasses that close at the sides, and two litres of water: there is none on the ridge.</p>
            """),
        page(
            9, 11.0, "Calibration of displacement sensors", "https://sensors.example/calibration",
            """
            <p>A sensor of high resolution that is not calibrated gives precise wrong numbers. Three errors are common: a shifted zero, a \
            wrong slope, and a drift with temperature.</p>
            <p>The zero is checked by measuring a known state, such as the bridge without load at night. The slope needs two known states. \
            Drift is found by logging the temperature beside the value for at least one full year.</p>
            <p>Write down who calibrated, when, and against which standard. Without that a series of measurements cannot be repaired later.</p>
            """),
        page(
            5, 19.5, "Repairing or replacing a windscreen", "https://cars.example/windscreen",
            """
            <p>A chip smaller than a coin can be filled with resin if it lies outside the driver's field of view. A crack that is longer \
            than a few centimetres or reaches the edge cannot be repaired; the glass has to be replaced.</p>
            <p>Modern cars carry a camera behind the glass. After a replacement it has to be calibrated, which takes about an hour more.</p>
            """),
    ]

    static let memos: [DemoItem] = [
        memo(
            25, 18.3,
            "Remember to call the plumber about the water in the kitchen. The water comes very slowly since monday."),
        memo(
            18, 8.1,
            "The neighbors are on holiday for two weeks. I have to feed the cat every morning and water the flowers on sunday."
        ),
        memo(
            12, 17.2,
            "My sister is coming to visit on sunday afternoon with the children. We need the big table and more chairs."
        ),
        memo(7, 7.8, "The red car key is in the drawer under the coffee machine. The spare key is with my brother."),
        memo(3, 13.4, "On saturday morning I want to buy apples and bread and flowers at the market with Helen."),
        memo(
            1, 19.0, "The doctor said I should walk for thirty minutes every day and drink more water in the morning."),
    ]

    static let screenshots: [DemoItem] = [
        screenshot(
            21, 12.2,
            [
                "Booking confirmed", "", "Observatory weekend for two", "Arrival: Saturday 13 June, 18:00",
                "Breakfast included",
                "Booking number: OB-77312", "Bring warm clothes, the dome is not heated.",
            ]),
        screenshot(
            6, 9.7,
            [
                "Your train ticket", "", "Freiburg to Basel SBB", "Thursday, departure 07:54, platform 4",
                "Coach 12, seat 61",
                "Arrival 08:47", "Order number: 4XK2PL",
            ]),
        screenshot(
            4, 20.4,
            [
                "Recipe: lentil salad", "", "250 g green lentils", "1 red onion, 2 carrots",
                "4 spoons of walnut oil, 2 of vinegar",
                "Cook the lentils for 22 minutes without salt.", "Serve warm with parsley.",
            ]),
        screenshot(
            2, 15.1,
            [
                "Parcel on its way", "", "From: Optics Northern Light", "Delivery: tomorrow between 14:00 and 16:00",
                "If nobody is at home, it goes to the kiosk", "on Harbour Road 12.",
            ]),
    ]

    private static func page(_ daysAgo: Int, _ hour: Double, _ title: String, _ url: String, _ body: String) -> DemoItem
    {
        DemoItem(daysAgo, hour, .page(title: title, url: url, body: body))
    }

    private static func memo(_ daysAgo: Int, _ hour: Double, _ text: String) -> DemoItem {
        DemoItem(daysAgo, hour, .memo(text: text))
    }

    private static func screenshot(_ daysAgo: Int, _ hour: Double, _ lines: [String]) -> DemoItem {
        DemoItem(daysAgo, hour, .screenshot(lines: lines))
    }
}
