extension DemoItem {
    static let notes: [DemoItem] = [
        note(
            29, 20.2, "Rye bread",
            """
            Third try of the rye bread. 400 g rye flour, 100 g wheat, 380 ml water, 10 g salt, 120 g sourdough. Fourteen \
            hours in the fridge were better than eight on the counter: the crust held and the crumb was not wet. Next time \
            bake ten minutes longer at 210 degrees.
            """),
        note(
            27, 9.1, "Bicycle",
            """
            The rear brake squeals again. Karim at the bicycle shop on Mill Street says the pads are glazed; new ones cost \
            18 euros and he fits them while one waits, Tuesdays and Thursdays after four.
            """),
        note(
            26, 21.5, "Books to read",
            """
            The Overstory, recommended by Lena. A history of the tides that Jonas mentioned at dinner. Return the atlas to \
            the city library before the end of the month, it is already renewed once.
            """),
        note(
            24, 12.6, "Shelf over the desk",
            """
            Measured the wall: 82 cm between the window and the door frame. Oak like the table, 3 cm thick, two hidden \
            brackets. The joiner, Mrs. Albrecht, asks 140 euros with oil finish and needs three weeks.
            """),
        note(
            22, 18.4, "Run around the lake",
            """
            Ran the loop around the lake in 42 minutes, 7.4 km. The knee was quiet until the hill. Stretch afterwards, not \
            before. New shoes are due at 800 km; these have 690.
            """),
        note(
            20, 8.3, "Tomatoes",
            """
            Sowed three kinds on the balcony: Black Krim, San Marzano and a yellow cherry tomato from Helga's seeds. They \
            go outside after the fifteenth of May, when the nights stay above eight degrees.
            """),
        note(
            19, 22.0, "Film evening",
            """
            Watched the documentary on glaciers with Lena. She wants to walk the Aletsch trail in July; the hut at \
            Riederfurka opens on the tenth and takes reservations by telephone only.
            """),
        note(
            17, 13.2, "Meeting with the landlord",
            """
            Mr. Vogel agrees to replace the kitchen window before winter. The heating is read on the third of next month, \
            somebody must be at home between eight and ten. The cellar key is with the caretaker.
            """),
        note(
            15, 19.7, "Present for Papa",
            """
            He turns seventy in June. Ideas: a weekend at the observatory, a good pair of binoculars, or the restored radio \
            from the flea market. Anton pays half. Decide before the end of the month.
            """),
        note(
            13, 7.9, "Sleep",
            """
            Slept badly three nights in a row, always after coffee past four in the afternoon. Try tea from three o'clock on \
            and no screen in bed for two weeks, then look at the numbers.
            """),
        note(
            11, 17.3, "Allotment",
            """
            The waiting list for the garden plots at the river has nine names before ours. Mrs. Neumann of the garden club \
            expects a plot in about a year and a half. The yearly fee is 95 euros.
            """),
        note(
            9, 10.4, "Idea for the talk",
            """
            Begin with the failed sensor on the bridge: two years of data, and the wrong zero. Show that calibration matters \
            more than resolution. Twenty minutes, then questions. The museum wants the title by Friday.
            """),
        note(
            8, 20.8, "Soup for many",
            """
            For twelve people: 2 kg pumpkin, 6 carrots, a thumb of ginger, 3 cans of coconut milk, juice of two limes. \
            Roast the pumpkin first. Keeps three days; Lena cannot eat peanuts, so no satay on top.
            """),
        note(
            6, 18.1, "Choir",
            """
            Rehearsals move to Wednesdays, half past seven, in the hall of the school on Linden Street. The concert is on the \
            nineteenth. Altos meet half an hour earlier. Bring the blue folder.
            """),
        note(
            4, 12.1, "Router",
            """
            The connection drops when the microwave runs. Moved the router from the kitchen shelf to the corridor: no drop \
            in two days. Channel eleven is the quiet one here.
            """),
        note(
            2, 21.2, "Lake house",
            """
            We take the lake house in the last week of August with Jonas and his family. The deposit of 200 euros is paid. \
            Jonas brings the boat, we bring bed linen and the big pot. The key is under the third flower pot.
            """),
        note(
            1, 8.6, "Week",
            """
            Monday dentist, Wednesday choir, Thursday the train to Basel, Saturday market with Lena. Finish the slides before \
            Thursday. Call the insurance about the cracked windscreen.
            """),
    ]

    private static func note(_ daysAgo: Int, _ hour: Double, _ title: String, _ text: String) -> DemoItem {
        DemoItem(daysAgo, hour, .note(title: title, text: text))
    }
}
