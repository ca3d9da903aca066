extension DemoItem {
    static let mails: [DemoItem] = [
        mail(
            28, 10.2, "Helga Brandt <helga@brandt.example>", "Seeds", "seeds-1",
            """
            Dear Mira,

            the tomato seeds are in the post, three kinds, each in its own paper bag. The yellow ones are from my grandmother's \
            garden and want sun from noon on. Do not water them from above.

            See you at Easter,
            Helga
            """),
        mail(
            27, 15.6, "Jonas Keller <jonas@keller.example>", "The boat in May", "boat-1",
            """
            Hi Mira,

            the boat is free on the first weekend of May. The engine was serviced in March, the new fuel hose is in, and the life \
            jackets are in the grey box under the bench. Harbour fee is 12 euros a night; pay it at the yellow hut, they close at six.

            Shall we say Friday at five at the jetty?

            Jonas
            """),
        mail(
            27, 19.4, "Mira Sommer <mira@sommer.example>", "Re: The boat in May", "boat-2",
            """
            Friday at five is good. I bring food for three days and the chart. Lena comes too if her shift is changed.

            Mira
            """, to: "Jonas Keller <jonas@keller.example>", answers: "boat-1"),
        mail(
            25, 8.9, "City Library <service@library.example>", "Your loans", "library-1",
            """
            Dear reader,

            the following item is due soon: "Atlas of European Rivers". It was renewed once and can be renewed one more time, unless \
            somebody has reserved it. The late fee is 20 cents a day.

            Your city library
            """),
        mail(
            23, 11.3, "Dr. Weber Dental Practice <practice@weber-dental.example>", "Your appointment was moved",
            "dentist-1",
            """
            Dear Mrs. Sommer,

            we have to move your check-up because Dr. Weber is at a congress. Your new appointment is on Monday at 9:30 in the morning. \
            Please do not eat for one hour before, and bring your insurance card.

            If you cannot come, call us two days ahead at 555 0147.

            Dental practice Dr. Weber
            """),
        mail(
            21, 16.0, "Anton Sommer <anton@sommer.example>", "Papa's seventieth", "papa-1",
            """
            Mira,

            I asked at the observatory: a night for two with the big telescope costs 260 euros, breakfast included, and there are places \
            on the second weekend of June. I like it more than the binoculars. Shall I book? I need to know by the twentieth.

            Anton
            """),
        mail(
            20, 9.5, "Mira Sommer <mira@sommer.example>", "Re: Papa's seventieth", "papa-2",
            """
            Yes, please book the observatory. I send you my half, 130 euros, tonight. Let us tell him only the day before.

            Mira
            """, to: "Anton Sommer <anton@sommer.example>", answers: "papa-1"),
        mail(
            18, 14.1, "Energy Cooperative <invoice@energy-coop.example>", "Invoice 2026-1184", "energy-1",
            """
            Dear member,

            your electricity invoice for the last quarter: 412 kWh at 31 cents, basic fee 27 euros, total 154.72 euros. The amount is \
            debited on the fifth. Compared with the same quarter of last year you used 9 percent less.

            Energy Cooperative
            """),
        mail(
            16, 12.4, "Lena Hartmann <lena@hartmann.example>", "July", "july-1",
            """
            I have the second and third week of July free! Let us do the Aletsch trail: first night at Riederfurka, second at the \
            Konkordia hut if we find a guide for the glacier. My cousin knows one, Beat Imhof, he takes 390 francs for a group of six.

            And remember that I cannot eat peanuts, the hut needs to know.

            Lena
            """),
        mail(
            14, 10.7, "Museum of Technology <talks@museum.example>", "Your talk in the evening series", "talk-1",
            """
            Dear Ms. Sommer,

            we are glad to have you in our evening series. Your talk is planned for the twenty-sixth at 19:00 in the small hall, which \
            seats 80. We have a projector with HDMI; please bring your own adapter. The fee is 150 euros plus travel.

            Please send us a title and four sentences by Friday.

            Kind regards,
            Paul Richter
            """),
        mail(
            12, 17.8, "Garden Club <neumann@gardenclub.example>", "Waiting list", "garden-1",
            """
            Dear Mira,

            you are number ten on our list now. Two plots at the river become free this autumn, so it may go faster than I said. The \
            open day is on Saturday the seventh from two o'clock; come and see the plots, there will be plum cake.

            Ursula Neumann
            """),
        mail(
            10, 8.2, "Bank <no-reply@bank.example>", "Change of our terms", "bank-1",
            """
            Dear customer,

            from the first of next month transfers inside the country are free of charge, and a paper statement costs 1.50 euros. You \
            need not do anything if you agree.

            Your bank
            """),
        mail(
            7, 13.5, "Bicycle Shop Karim <karim@bike.example>", "Brake pads", "bike-1",
            """
            Hello Mira,

            the pads are here. Come on Thursday after four, it takes fifteen minutes. The chain is worn to 0.75 as well; a new one with \
            cassette would be 64 euros. Tell me before, then I order it.

            Karim
            """),
        mail(
            5, 18.9, "Insurance <claims@insurance.example>", "Your windscreen", "glass-1",
            """
            Dear Mrs. Sommer,

            a crack of this length has to be replaced, not repaired. Your contract covers glass with an excess of 150 euros. The \
            workshop Meyer on Harbour Road does it in two hours and settles with us directly. Your claim number is G-20417.

            Claims department
            """),
        mail(
            3, 9.9, "School on Linden Street <office@linden-school.example>", "Hall for the choir", "choir-1",
            """
            Dear choir,

            you can have the hall on Wednesdays from seven to half past nine. Please stack the chairs afterwards, the dance class comes \
            in the morning. The caretaker, Mr. Yilmaz, opens the side door.

            School office
            """),
        mail(
            1, 16.4, "Jonas Keller <jonas@keller.example>", "Lake house", "lake-1",
            """
            The deposit has arrived, the house is ours from the twenty-second to the twenty-ninth of August. There are five beds and a \
            stove that wants dry wood. The owner, Mrs. Lindqvist, lives in the white house across the road and keeps the rowing oars.

            Jonas
            """),
    ]

    private static func mail(
        _ daysAgo: Int, _ hour: Double, _ from: String, _ subject: String, _ name: String, _ text: String,
        to: String = "Mira Sommer <mira@sommer.example>", answers: String? = nil
    ) -> DemoItem {
        DemoItem(
            daysAgo, hour,
            .mail(DemoMail(from: from, to: to, subject: subject, text: text, name: name, answers: answers)))
    }
}
